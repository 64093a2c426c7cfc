/** What the adapters of several platforms say. */
export const chat = {
  "chat.somebody": "somebody",
  "chat.direct-message": "a direct message",
  "chat.a-picture": "A picture",
  "chat.unnamed-image": "picture",
  "chat.yes": "Yes",
  "chat.no": "No",
  "chat.option-default": "{help} (default: {usual})",
  "chat.image-too-large": "{name} is larger than {megabytes} MB.",
} as const;
