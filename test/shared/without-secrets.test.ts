import { expect, it } from "vitest";
import { withoutSecrets } from "../../src/shared/secrets.js";

it("leaves a process what it needs, and no secret", () => {
  const kept = { PATH: "/bin", HOME: "/root", CUDA_VISIBLE_DEVICES: "0", HTTPS_PROXY: "http://me:word@proxy:3128" };
  const secrets = {
    DISCORD_TOKEN: "a",
    SLACK_BOT_TOKEN: "b",
    SLACK_SIGNING_SECRET: "c",
    SLACK_CLIENT_SECRET: "d",
    DATA_ENCRYPTION_KEY: "e",
    AWS_SECRET_ACCESS_KEY: "f",
    WEB_MODERATOR_CODE: "g",
    REDIS_URL: "redis://:swordfish@host:6379",
  };
  expect(withoutSecrets({ ...kept, ...secrets })).toEqual(kept);
});
