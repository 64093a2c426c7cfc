/** Does to itself what a file's first byte says: for the tests of the process that opens strangers' images. */
import { Socket } from "node:net";

const held = [];
const chunks = new Socket({ fd: 4, readable: true, writable: false })[Symbol.asyncIterator]();
let rest = Buffer.alloc(0);
let before = Promise.resolve();

/** The next file, of so few bytes that it comes in one piece. */
async function next(length) {
  if (rest.length === 0) rest = (await chunks.next()).value;
  const bytes = rest.subarray(0, length);
  rest = rest.subarray(length);
  return bytes;
}

function obey(id, bytes) {
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
}

process.on("message", ({ id, length }) => {
  before = before.then(() => next(length)).then((bytes) => obey(id, bytes));
});
process.on("disconnect", () => process.exit(0));
