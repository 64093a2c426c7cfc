import { expect, it } from "vitest";
import { offer } from "../../src/commands/bot-options.js";

it("offers the catalogue's networks and looks, and one's own folders", () => {
  const known = {
    resnet50: {
      title: "ResNet-50",
      help: "The default",
      dream: { looks: { eyes: { description: "Eyes" }, fur: { description: "Fur" } } },
    },
    googlenet: {
      title: "GoogLeNet",
      help: "Dogs",
      classifier: true,
      dream: { looks: { eyes: { description: "Other eyes" } } },
    },
  };
  const dream = { default: "lace", looks: { fur: { description: "Down" }, lace: { description: "Lace" } } };
  const folders = [{ id: "mine", dream }, { id: "resnet50" }, { id: "mine", title: "Hidden by the first" }];
  expect(offer(known, folders)).toEqual({
    looks: [
      { name: "eyes", help: "Eyes", networks: ["resnet50", "googlenet"] },
      { name: "fur", help: "Fur", networks: ["resnet50", "mine"] },
      { name: "lace", help: "Lace", networks: ["mine"] },
    ],
    networks: [
      // The folder may hold another file of it.
      { id: "resnet50", help: "ResNet-50" },
      { id: "googlenet", help: "GoogLeNet", classifier: true },
      { id: "mine", help: "From a folder" },
    ],
  });
});
