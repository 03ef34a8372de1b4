/** A name that nobody else gives. `crypto.randomUUID` is absent where the page came by plain http from another host. */
export function newId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
