import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { payload2 } from './events.ts';
import { notificationsLambda } from './notifications.ts';

/** The notifications' Lambda behind a route of its own, as API Gateway has it. @returns the API's origin. */
export const startNotificationsServer = async (env: Record<string, string>) => {
  const lambda = notificationsLambda(env);
  const server = createServer(async (request, response) => {
    const { url: path = '', headersDistinct } = request;
    const headers = Object.fromEntries(
      Object.entries(headersDistinct).map(([name, values = []]) => [name, values.join(',')]),
    );
    const inPath = { mchid: path.split('/').at(-1) ?? '' };
    const { status, body } = await lambda.invoke(
      payload2({ path, inPath, body: await buffer(request), headers }),
    );
    response.writeHead(status).end(body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => server.close(),
  };
};
