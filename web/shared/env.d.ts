declare const __CLIENT_VERSION__: string;

declare module "virtual:texts/*" {
  const texts: Record<string, [zh: string, en: string]>;
  export default texts;
}
