import { describeChat } from "../../port/chat.contract.js";
import { open } from "./contract-world.js";

describeChat("Slack over Socket Mode", () => open("socket"));
