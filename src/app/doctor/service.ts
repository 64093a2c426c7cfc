/** Something outside this process, as `dreamloom doctor` found it. */
export interface Service {
  readonly what: string;
  /** Undefined where it is not used, or neither good nor bad. */
  readonly works: boolean | undefined;
  readonly detail: string;
}
