/**
 * What other servers that speak Slack's protocol do otherwise, all of it within what the protocol says or leaves open.
 */
export interface Manners {
  /** Where the Web API is; "/api" unless given. */
  readonly apiPath?: string;
  /** What files.info says of a file's type: nothing, always "", or that the app may not ask. */
  readonly fileTypes?: "nothing" | "empty" | "forbidden";
  /** Image blocks want an address of their own: files are refused. */
  readonly noFilesInBlocks?: boolean;
  /** What is wrong with blocks is not said. */
  readonly noReasons?: boolean;
  /** Files' bytes are taken as a form only. */
  readonly uploadsAsForm?: boolean;
  /** A thread's bounds in time are not heeded. */
  readonly noBounds?: boolean;
  /** All events have one id, all triggers too. */
  readonly oneId?: boolean;
  /** What need not be there is not there; of some fields null is. */
  readonly sparse?: boolean;
  /** Files and addresses for answers are on "localhost", whatever the Web API's host is called. */
  readonly localhost?: boolean;
  /** Files can be had under url_private_download only, and their type is "application/octet-stream". */
  readonly dullFiles?: boolean;
  /** Mentions are told of as messages. */
  readonly mentionsAsMessages?: boolean;
  /** The app does not subscribe to the messages of channels, as one that was installed long ago. */
  readonly noMessageEvents?: boolean;
  /** The app is distributed outside Slack's Marketplace: it reads once a minute, 15 messages at a time. */
  readonly outsideMarketplace?: boolean;
}
