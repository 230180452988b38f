export const TOPICS: Readonly<Record<string, string>> = {};
