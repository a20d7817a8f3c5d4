/** Something that runs: a server, a connection, a worker. `stop` is safe after a failed or missing `start`. */
export interface Part {
  readonly name: string;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Resolves when the dependency answers, rejects with the reason when it does not. */
export type Check = () => Promise<void>;

/** What `npm start` and production compose: parts under one name, and what has to answer before traffic may come. */
export interface Service extends Part {
  readonly checks: Readonly<Record<string, Check>>;
}
