/** Does to itself what a file's first byte says: for the tests of the process that opens strangers' images. */
const held = [];
process.on("message", ({ id, bytes }) => {
  switch (String.fromCharCode(bytes[0])) {
    case "d":
      process.kill(process.pid, "SIGKILL");
      return;
    case "h":
      for (let i = 0; i < 8; i++) held.push(Buffer.alloc(64 * 1024 * 1024, 1));
      return;
    case "s":
      return;
    case "w":
      // Answers once the others have had their chance to end the process.
      setTimeout(() => process.send({ id, result: process.pid }), 400);
      return;
    default:
      process.send({ id, result: process.pid });
  }
});
process.on("disconnect", () => process.exit(0));
