import { describe, expect, it } from "vitest";
import { chromiumHint, hasChromium } from "../../support/chromium.js";
import { composer, messages, overflow, SCREENS, useBrowser } from "./pages.js";

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
    expect(await overflow(page)).toBe(0);

    const { page: second } = await visit(chat, options, `#join/${code?.replace("-", "")}`);
    const dialog = second.getByRole("dialog", { name: "Be the same person here" });
    await dialog.getByRole("button", { name: "Next" }).click();
    await dialog.getByText(/you will be Ada and no longer/).waitFor();
    await dialog.getByRole("button", { name: "Continue as Ada" }).click();
    await expect.poll(() => second.locator(".me-name strong").textContent()).toBe("Ada");
    await composer(second).fill("from the other one");
    await composer(second).press("Enter");
    await messages(second, "from the other one").waitFor();

    await page.getByRole("button", { name: "Close" }).click();
    await profile();
    await page.getByRole("button", { name: "Use the chat in another browser" }).click();
    await page.getByText("this one", { exact: true }).waitFor();
    await page.getByRole("button", { name: /^Sign out .+, Linux/ }).click();
    await second.getByText("This browser was signed out from another one of yours").waitFor();
    expect(await page.locator(".devices li").count()).toBe(1);
    expect(errors).toEqual([]);
  });
});
