import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export type CodeDeploy = Awaited<ReturnType<typeof startCodeDeploy>>;

/** Stands in for CodeDeploy: keeps what it is asked, in the order it is asked. */
export const startCodeDeploy = async () => {
  const asked: { operation: string; input: unknown }[] = [];
  let status = 200;
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const operation = String(request.headers['x-amz-target']).replace('CodeDeploy_20141006.', '');
    asked.push({ operation, input: JSON.parse(Buffer.concat(chunks).toString()) });
    response.writeHead(status, { 'Content-Type': 'application/x-amz-json-1.1' }).end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    answerWith: (next: number) => {
      status = next;
    },
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
};
