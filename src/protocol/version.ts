/** Apart from the schemas, which a client need not load to say hello. */
export const PROTOCOL = 1;
