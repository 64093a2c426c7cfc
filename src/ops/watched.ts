/** What is read of the parts that are watched. */

export interface WatchedStatus {
  readonly state: "idle" | "starting" | "ready" | "silent" | "failing" | "closed";
  readonly starts: number;
  readonly crashes: number;
  readonly running: number;
  readonly memoryBytes?: number;
  /** Where there are several devices. */
  readonly devices?: readonly (Pick<WatchedStatus, "state" | "running"> & {
    readonly name: string;
    readonly slots: number;
  })[];
}

export interface WatchedEngine {
  status?(): WatchedStatus;
}

export interface WatchedStore {
  readonly images: { total(): { readonly bytes: number } };
}

export interface WatchedChat {
  readonly platform: string;
  health?(): {
    readonly connected: boolean;
    readonly detail?: string;
    readonly shards?: readonly { readonly id: number; readonly connected: boolean }[];
  };
}
