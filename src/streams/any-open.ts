/** Whether one of them has the object open; `undefined` where none says so and one cannot tell. */
export function anyOpen(
  parts: Iterable<{ isOpen(objectName: string): boolean | undefined }>,
  objectName: string,
): boolean | undefined {
  let isOpen: boolean | undefined = false;
  for (const part of parts) {
    const answer = part.isOpen(objectName);
    if (answer === true) return true;
    if (answer === undefined) isOpen = undefined;
  }
  return isOpen;
}
