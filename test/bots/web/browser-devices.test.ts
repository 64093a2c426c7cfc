import { createServer, type IncomingMessage, request } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { chromiumHint, hasChromium } from "../../support/chromium.js";
import { composer, messages, SCREENS, useBrowser } from "./pages.js";
import { lookAndRead } from "./seen.js";

/** A reverse proxy where somebody has signed in. @returns its address */
async function proxyFor(name: string, to: string): Promise<string> {
  const { hostname, port } = new URL(to);
  const proxy = createServer();
  const forward = ({ method, url, headers }: IncomingMessage) =>
    request({ hostname, port, method, path: url, headers: { ...headers, "remote-user": name } });
  proxy.on("request", (asked, answer) => {
    const forwarded = forward(asked).on("response", (response) => {
      answer.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(answer);
    });
    forwarded.on("error", () => answer.destroy());
    asked.pipe(forwarded);
  });
  proxy.on("upgrade", (asked, socket) => {
    const forwarded = forward(asked).on("upgrade", ({ rawHeaders }, upstream) => {
      const lines = rawHeaders.map((text, index) => (index % 2 === 0 ? `${text}: ` : `${text}\r\n`));
      socket.write(`HTTP/1.1 101 Switching Protocols\r\n${lines.join("")}\r\n`);
      upstream.pipe(socket).pipe(upstream);
      for (const end of [socket, upstream]) end.on("error", () => undefined);
    });
    forwarded.on("error", () => socket.destroy()).end();
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    proxy.close();
    proxy.closeAllConnections();
  });
  return `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
}

describe.skipIf(!hasChromium)(`one person in two browsers (${chromiumHint})`, () => {
  const { open, visit } = useBrowser("test-web-client-devices");

  it.each(SCREENS)("hands a person over by a link, lists both, and signs one out, at $name", async ({ options }) => {
    const { page, chat, errors } = await open(options);
    const onPhone = options.viewport.width < 800;
    const profile = async () => {
      if (onPhone)
        await page
          .getByRole("button", { name: /^Channels/ })
          .first()
          .click();
      await page.locator(".me-name").click();
    };
    await profile();
    await page.getByLabel("Name").fill("Ada");
    await page.getByRole("button", { name: "Save" }).click();
    await profile();
    await page.getByRole("button", { name: "Use the chat in another browser" }).click();
    await page.getByRole("button", { name: "Let another browser in" }).click();
    const code = await page.locator(".join-code output").textContent();
    expect(code).toMatch(/^\w{5}-\w{5}$/);
    await lookAndRead(page, "a code for another browser");

    const { page: second } = await visit(chat, options, `#join/${code?.replace("-", "")}`);
    const dialog = second.getByRole("dialog", { name: "Sign in with a code" });
    await dialog.getByRole("button", { name: "Next" }).click();
    await dialog.getByText(/you will be Ada instead of/).waitFor();
    await lookAndRead(second, "the same person here");
    await dialog.getByRole("button", { name: "Continue as Ada" }).click();
    await expect.poll(() => second.locator(".me-name strong").textContent()).toBe("Ada");
    await composer(second).fill("from the other one");
    await composer(second).press("Enter");
    await messages(second, "from the other one").waitFor();

    await page.getByRole("button", { name: "Close" }).click();
    await profile();
    await page.getByRole("button", { name: "Use the chat in another browser" }).click();
    await page.getByText("this one", { exact: true }).waitFor();
    await lookAndRead(page, "the list of browsers");
    await page.getByRole("button", { name: /^Sign out .+, Linux/ }).click();
    await second.getByText("This browser was signed out from another one of yours").waitFor();
    await expect.poll(() => page.locator(".devices li").count()).toBe(1);
    expect(errors).toEqual([]);
  });

  it.each(SCREENS)("is who a trusted proxy says, at $name", async ({ options }) => {
    const { page: stranger, chat } = await open(options, { nameHeader: "Remote-User", trustedProxies: ["127.0.0.1"] });
    const address = await proxyFor("ada@example.org", chat.address);
    const { page, errors } = await visit({ address }, options);
    await expect.poll(() => page.locator(".me-name strong").textContent()).toBe("ada");
    await composer(page).fill("signed in");
    await composer(page).press("Enter");
    await messages(page, "signed in").waitFor();
    await messages(stranger, "signed in").getByText("ada").waitFor();
    if (options.viewport.width < 800)
      await page
        .getByRole("button", { name: /^Channels/ })
        .first()
        .click();
    await page.locator(".me-name").click();
    await page.getByText("Your name comes from your sign-in.").waitFor();
    expect(await page.getByLabel("Name").getAttribute("readonly")).not.toBeNull();
    expect(await page.getByRole("button", { name: "I have a code from another browser" }).count()).toBe(0);
    await lookAndRead(page, "a name from a sign-in");
    // Another browser is the same person at once, and finds what was said.
    const { page: second } = await visit({ address }, options);
    await messages(second, "signed in").getByText("ada").waitFor();
    await expect.poll(() => second.locator(".me-name strong").textContent()).toBe("ada");
    expect(errors).toEqual([]);
  });
});
