/** What a program that a test starts has of our environment when it shall have no more; see jest.config.js. */
export const CHILD_ENV = {
  PATH: process.env['PATH'] ?? '',
  NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'] ?? '',
};
