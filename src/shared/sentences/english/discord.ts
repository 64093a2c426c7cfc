const GIVE_IT =
  "Give me the picture with the command's \"picture\" option, or open the message's menu and choose Apps > " +
  "Dream this (or Stylize this).";

/** What Discord's adapter says, and what "I may not ..." continues with. */
export const discord = {
  "discord.not-connected": "Discord is not connected.",
  "discord.previews": "There are more previews in this channel than Discord takes.",
  "discord.history-hidden": `I can't see other people's pictures in this server, so I don't know which one you mean. ${GIVE_IT}`,
  "discord.running": "The Discord bot is already running.",
  "discord.message-hidden": `I can't see what is in other people's messages in this server. ${GIVE_IT}`,
  "discord.not-running": "The Discord bot is not running.",
  "discord.image-gone": "{name} is no longer there; please send it again.",
  "discord.image-refused": "Discord did not hand over {name} (it answered {status}); please try again.",
  "discord.image-timeout": "{name} took too long to arrive; please try again.",
  "discord.image-unreachable": "{name} could not be fetched from Discord; please try again.",
  "discord.wrong-app": ({ appId, owner }: { appId: string; owner: string }) =>
    `DISCORD_APP_ID is ${appId}, but DISCORD_TOKEN belongs to the application ${owner}: take both from the ` +
    "same application, or leave DISCORD_APP_ID out.",
  "discord.unreachable-at-start":
    "Discord could not be reached; is this machine on the internet? https://discordstatus.com tells whether " +
    "Discord has trouble.",
  "discord.wrong-token":
    "Discord does not know DISCORD_TOKEN: copy a new token from the developer portal, under Bot > Reset Token.",
  "discord.no-intent":
    'Discord does not grant the intent "Message Content": switch it on in the developer portal under Bot > ' +
    "Privileged Gateway Intents, or set DISCORD_MESSAGE_CONTENT to false.",
  "discord.wait": "Discord asks me to wait {seconds} s before I {doing}.",
  "discord.status": "Discord does not work just now (it answered {status}); please try again later.",
  "discord.timeout": "Discord did not answer in time; please try again.",
  "discord.unreachable": "Discord cannot be reached just now; please try again later.",
  "discord.gone": "The message, the thread or the channel is gone.",
  "discord.too-large": "The file is larger than Discord takes here.",
  "discord.token-refused": "Discord no longer accepts my token. The operator must set a new DISCORD_TOKEN.",
  "discord.slow-down": "Discord asks me to slow down; please try again in a moment.",
  "discord.reactions": "This message has 20 different reactions, and Discord allows no more.",
  "discord.trouble": "Discord does not work just now; please try again later.",
  "discord.subject-gone": "What this was about is gone from Discord.",
  "discord.refused": "Discord does not let me {doing}: {reason}.",
  "discord.permission": ({ doing, permission }: { doing: string; permission: string | undefined }) =>
    `I may not ${doing} here. Somebody who manages this channel can allow me ` +
    `"${permission ?? "what it takes"}": Edit Channel > Permissions > Dreamloom.`,
  "discord.doing.thread": "open a thread",
  "discord.doing.find-thread": "look for the thread",
  "discord.doing.history": "look for the newest picture",
  "discord.doing.channel": "see that channel",
  "discord.doing.register": "register commands",
  "discord.doing.commands": "look at the commands",
  "discord.doing.application": "ask for the application",
  "discord.doing.post": "post",
  "discord.doing.edit": "edit my message",
  "discord.doing.direct": "write to that person",
  "discord.doing.delete": "delete that",
  "discord.doing.react": "react",
  "discord.doing.find-message": "look for my message",
  "discord.doing.reopen": "open the thread again",
  "discord.doing.read": "read that message",
  "discord.doing.form": "show a form",
  "discord.doing.choices": "offer choices",
  "discord.doing.login": "log in",
  "discord.doing.answer": "answer that",
  "discord.too-late": "Too late to be said in {where}, where only you would have seen it:\n{text}",
  "discord.cannot-post": ({ missing }: { missing: readonly string[] }) => {
    const named = missing.map((name) => `"${name}"`);
    const list = named.length > 1 ? `${named.slice(0, -1).join(", ")} and ${named.at(-1)}` : named.join("");
    return (
      `I can't post pictures in this channel. Somebody who manages it can allow me ${list}: Edit Channel ` +
      "> Permissions > Dreamloom."
    );
  },
  "discord.reconnecting": "shard {shard} reconnects since {time} UTC",
  "discord.a-channel": "a channel",
  "discord.thread": "Thread",
  "discord.picture-from":
    "Instead of a file: a link, or latest for the newest picture here; some commands take none too",
  "discord.second-alone": "`{second}` goes with `{first}`: please attach both.",
  "discord.no-image": "There is no picture in that message that I could use.",
} as const;
