/**
 * A file as large networks have them: every counter of an element with 60 cells, beyond what a record may be at AWS. In the
 * spelling of numbered pairs, by a vendor who leaves out whatever may be left out, the namespace too.
 */
export function largeFile(counters: number, cells: number): Buffer {
  const numbers = Array.from({ length: counters }, (_, index) => index + 1);
  const types = numbers.map((p) => `<measType p="${p}">VS.Counter${p}</measType>`).join("");
  const values = Array.from({ length: cells }, (_, cell) => {
    const results = numbers.map((p) => `<r p="${p}">${(p * 7 + cell) % 4000}</r>`).join("");
    return `<measValue measObjLdn="Cell=${cell + 1}">${results}</measValue>`;
  });
  return Buffer.from(
    `<measCollecFile><fileHeader><measCollec beginTime="2020-01-20T08:00:00Z"/></fileHeader>
    <measData><measInfo measInfoId="all">${types}${values.join("")}</measInfo></measData></measCollecFile>`,
  );
}
