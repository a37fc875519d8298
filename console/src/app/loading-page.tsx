/** While the script of a page comes. It takes no room, so nothing moves when the page is there. */
export function LoadingPage() {
  return (
    <p role="status" className="visually-hidden">
      Loading
    </p>
  );
}
