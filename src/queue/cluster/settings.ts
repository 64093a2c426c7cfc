/** How the bots and the workers of a cluster meet; `config/default.yaml` explains each. */
export interface ClusterSettings {
  /** Of Redis; empty where there is no cluster. */
  readonly url: string;
  readonly prefix: string;
  /** Where images travel: "redis", "folder:..." or "s3://...". */
  readonly blobs: string;
  readonly s3Endpoint: string;
  readonly s3Region: string;
  readonly maxMegabytes: number;
  readonly keepHours: number;
  readonly lockSeconds: number;
  readonly heartbeatSeconds: number;
}
