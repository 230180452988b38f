/** Separate from the schemas, which a client does not need. */
export const PROTOCOL = 1;
