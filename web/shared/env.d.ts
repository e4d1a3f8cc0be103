declare const __CLIENT_VERSION__: string;

declare module "virtual:texts/*" {
  const texts: Record<string, string>;
  export default texts;
}
