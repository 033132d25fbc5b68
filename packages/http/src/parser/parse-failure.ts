// Why a message was refused: what the parsers hand to the pipeline, which answers with the status and closes the connection.

/** A refused message. */
export class ParseFailure {
  readonly status: number;
  /** One sentence for the client: what is wrong and what is allowed. */
  readonly detail: string;

  constructor(status: number, detail: string) {
    this.status = status;
    this.detail = detail;
  }
}
