/** Refusals of commands: what is wrong, and what to do instead. */
export const commands = {
  "cancel.none": "You have no job that is waiting or running.",
  "cancel.unknown": ({ id }: { id: string }) =>
    `No job ${id} is waiting or running here; \`/queue\` lists those that are.`,
  "cancel.ambiguous": ({ id }: { id: string }) => `Several jobs begin with ${id}; please give more of the id.`,
  "cancel.foreign": ({ id, owner }: { id: string; owner: string }) =>
    `Job ${id} is ${owner}'s; only they and moderators can cancel it.`,
};
