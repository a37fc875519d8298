export interface Tile {
  readonly label: string;
  readonly value: string;
  readonly note?: string | undefined;
}

/** A few numbers that say how things are. */
export function Tiles({ tiles }: { readonly tiles: readonly Tile[] }) {
  return (
    <dl className="tiles">
      {tiles.map(({ label, value, note }) => (
        <div className="tile" key={label}>
          <dt>{label}</dt>
          <dd>
            {value}
            {note !== undefined && <small>{note}</small>}
          </dd>
        </div>
      ))}
    </dl>
  );
}
