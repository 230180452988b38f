// @ts-check
/** An MCP server with one tool, `look`, on standard input and output. */
import { createInterface } from 'node:readline';

const tool = {
  name: 'look',
  description: 'Looks.',
  inputSchema: { type: 'object', properties: {} },
};

/** @param {string} method @param {any} params */
function resultOf(method, params) {
  if (method === 'tools/list') return { tools: [tool] };
  if (method === 'tools/call') return { content: [{ type: 'text', text: 'looked' }] };
  if (method !== 'initialize') return {};
  const { protocolVersion } = params;
  return {
    protocolVersion,
    capabilities: { tools: {} },
    serverInfo: { name: 'here', version: '1' },
  };
}

createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, method, params } = JSON.parse(line);
  if (id === undefined || method === undefined) return;
  console.log(JSON.stringify({ jsonrpc: '2.0', id, result: resultOf(method, params) }));
});
