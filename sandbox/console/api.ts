import { language } from './language.ts';

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

/** Asks the sandbox. An answer without content is `undefined`. @throws Error with the sentence that it answers instead */
export async function ask<T>(method: Method, path: string, body?: string | object): Promise<T> {
  const response = await fetch(`/__sandbox/${path}`, {
    method,
    headers: { 'Accept-Language': language.value },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(text.trim() || `${response.status}`);
  if (text === '') return undefined as T;
  const isJson = response.headers.get('Content-Type') === 'application/json';
  return (isJson ? JSON.parse(text) : text) as T;
}
