/** Calls back with the number of each bit that is set in word `index` of a set of bits. */
export function forEachBit(word: number, index: number, callback: (bit: number) => void): void {
  for (let rest = word; rest !== 0; rest &= rest - 1) callback(index * 32 + 31 - Math.clz32(rest & -rest));
}
