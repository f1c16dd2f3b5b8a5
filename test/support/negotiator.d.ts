declare module 'negotiator' {
  class Negotiator {
    constructor(request: { headers: Record<string, string> });
    language(available: string[]): string | undefined;
  }
  export default Negotiator;
}
