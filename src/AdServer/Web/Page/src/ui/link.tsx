/** An address that somebody has typed: a link only if it is one of the web, and to elsewhere. `javascript:` is text. */
export function WebLink({ to }: { to: string }) {
  return isWeb(to) ? <a class="code" href={to} target="_blank" rel="noopener noreferrer">{to}</a> : <span class="code">{to}</span>;
}

export function isWeb(address: string): boolean {
  return /^https?:\/\//i.test(address);
}
