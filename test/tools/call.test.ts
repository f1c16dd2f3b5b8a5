import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from '@jest/globals';
import { createSendToApi } from '../../tools/start/call.ts';

it('an answer that breaks off rejects, and ends nothing else', async () => {
  const server = createServer((_, response) => {
    response.writeHead(200, { 'Content-Length': '10' }).write('half');
    setImmediate(() => response.socket?.resetAndDestroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await expect(createSendToApi(`http://127.0.0.1:${port}`)('POST', '/', {})).rejects.toThrow();
  await new Promise((resolve) => server.close(resolve));
});
