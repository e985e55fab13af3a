/** The number that two digits of a text spell; whoever asks knows that they are digits. It makes no text of its own. */
export function twoDigits(text: string, at: number): number {
  return (text.charCodeAt(at) - 0x30) * 10 + text.charCodeAt(at + 1) - 0x30;
}
