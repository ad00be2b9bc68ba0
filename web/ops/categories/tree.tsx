import { useEffect, useRef, useState } from "preact/hooks";
import "./tree.css";
import { useActing } from "../../shared/acting.ts";
import { changed, turnSheet } from "../../shared/address.ts";
import { CATEGORIES, categoryChoices, categoryName, depths } from "../../shared/categories.ts";
import type { Client } from "../../shared/client.ts";
import { Field } from "../../shared/field.tsx";
import { Link } from "../../shared/link.tsx";
import { Loaded, useLoading } from "../../shared/loading.tsx";
import type { Language } from "../../shared/numbers.ts";
import { Reasoned } from "../../shared/reasoned.tsx";
import { SideSheet } from "../../shared/side_sheet.tsx";
import type { Given as RoomGiven } from "../given.ts";
import { type Kept, moved, placesFor } from "./ordering.ts";
import type { TreeSay } from "./words.ts";

type Given = Omit<RoomGiven, "say"> & { say: TreeSay };

/** The kinds of goods that buyers find things by: made, named, put in order, retired. */
export function Tree({ client, address, language, say }: Given) {
  const kinds = useLoading(() => client.call<{ results: Kept[] }>(`${CATEGORIES}all/`), []);
  const open = address.query.get("open");
  const close = (): void => turnSheet(address, null);
  return (
    <>
      <h1>{say("categories")}</h1>
      <p class="quiet">{say("categories.about")}</p>
      <p><Link class="button first" href={changed(address, { open: "new" })}>{say("category.new")}</Link></p>
      <Loaded of={kinds} language={language} say={say} lines={6}>
        {({ results: all }) => (
          <>
            {all.length === 0 && <p class="card">{say("categories.empty")}</p>}
            <Rows all={all} client={client} language={language} say={say} onChanged={kinds.reload} hrefOf={(id) => changed(address, { open: id })} />
            {(open === "new" || all.some(({ id }) => String(id) === open)) && (
              <Sheet key={open} kind={all.find(({ id }) => String(id) === open) ?? null} all={all} client={client} language={language} say={say} onClose={close} onSaved={() => kinds.reload().then(close)} />
            )}
          </>
        )}
      </Loaded>
    </>
  );
}

interface RowsGiven {
  all: readonly Kept[];
  client: Client;
  language: Language;
  say: TreeSay;
  onChanged: () => Promise<void>;
  hrefOf: (id: number) => string;
}

function Rows({ all, client, language, say, onChanged, hrefOf }: RowsGiven) {
  const list = useRef<HTMLUListElement>(null);
  const pressed = useRef<{ id: number; by: number } | null>(null);
  const moving = useActing<readonly { id: number; position: number }[]>(say, async (changes) => {
    try {
      for (const { id, position } of changes) await client.call(`${CATEGORIES}${id}/`, { method: "PATCH", body: { position } });
    } finally {
      await onChanged(); // some may be done where one failed
    }
  });
  useEffect(() => {
    // A row that is put elsewhere loses the focus on its way: whoever moves one by two places presses twice.
    if (pressed.current === null || document.activeElement !== document.body) return;
    list.current?.querySelector<HTMLElement>(`[data-kind="${pressed.current.id}"] [data-by="${pressed.current.by}"]`)?.focus();
  }, [all]);
  const deep = depths(all);
  return (
    <>
      <p class="problem" role="alert">{moving.problem}</p>
      <ul class="tree" ref={list}>
        {all.map((one) => {
          const name = categoryName(one, language);
          return (
            <li key={one.id} data-deep={deep.get(one.id)} data-kind={one.id}>
              <span>
                <Link href={hrefOf(one.id)}>{name}</Link>{" "}
                <span class="small quiet">{say(one.products === 1 ? "category.product" : "category.products", { count: one.products })}{!one.is_active && ` · ${say("category.retired")}`}</span>
              </span>
              <span class="actions">
                {([-1, 1] as const).map((by) => {
                  const changes = moved(all, one.id, by);
                  const words = say(by === -1 ? "category.up" : "category.down");
                  const move = (): void => {
                    if (changes.length === 0 || moving.pending) return;
                    pressed.current = { id: one.id, by };
                    void moving.start(changes);
                  };
                  // Not `disabled`, which takes the focus away from whoever has pressed it.
                  return <button key={by} type="button" class="button small" data-by={by} aria-disabled={changes.length === 0 || moving.pending} onClick={move}>{words}<span class="unseen"> {name}</span></button>;
                })}
              </span>
            </li>
          );
        })}
      </ul>
    </>
  );
}

interface SheetGiven {
  kind: Kept | null;
  all: readonly Kept[];
  client: Client;
  language: Language;
  say: TreeSay;
  onClose: () => void;
  onSaved: () => Promise<void>;
}

type Form = { name: string; name_ne: string; parent_id: number | null };

function Sheet({ kind, all, client, language, say, onClose, onSaved }: SheetGiven) {
  const [form, setForm] = useState<Form>({ name: kind?.name ?? "", name_ne: kind?.name_ne ?? "", parent_id: kind?.parent_id ?? null });
  const [removing, setRemoving] = useState(false);
  const change = (changes: Partial<Form>): void => setForm((before) => ({ ...before, ...changes }));
  const path = kind === null ? CATEGORIES : `${CATEGORIES}${kind.id}/`;
  const save = useActing<Partial<Kept> | Form>(say, async (body, idempotencyKey) => {
    await client.call(path, { method: kind === null ? "POST" : "PATCH", body, ...(kind === null && { idempotencyKey }) });
    await onSaved();
  });
  const remove = useActing<string>(say, async () => {
    await client.call(path, { method: "DELETE" });
    await onSaved();
  });
  const empty = kind !== null && kind.products === 0 && !all.some(({ parent_id }) => parent_id === kind.id);
  return (
    <SideSheet title={kind === null ? say("category.new") : categoryName(kind, language)} onClose={onClose} say={say}>
      <form class="fields" noValidate onSubmit={(event) => { event.preventDefault(); void save.start(form); }}>
        <Field label={say("category.name")} name="name" value={form.name} onValue={(name) => change({ name })} problem={save.fields["name"]} />
        <Field label={say("category.name_ne")} name="name_ne" value={form.name_ne} onValue={(name_ne) => change({ name_ne })} problem={save.fields["name_ne"]} help={say("optional")} />
        <Field
          label={say("category.within")}
          name="parent_id"
          value={String(form.parent_id ?? "")}
          onValue={(id) => change({ parent_id: id === "" ? null : Number(id) })}
          problem={save.fields["parent_id"]}
          choices={[["", say("category.top")], ...categoryChoices(placesFor(all, kind?.id ?? null), language)]}
        />
        <p class="problem" role="alert">{save.problem}</p>
        <button class="button first" disabled={save.pending}>{say(kind === null ? "category.make" : "save")}</button>
      </form>
      {kind !== null && (
        <div class="fields">
          <p class="small quiet">{say("category.retire.help")}</p>
          <div class="actions">
            <button type="button" class="button" disabled={save.pending} onClick={() => void save.start({ is_active: !kind.is_active })}>{say(kind.is_active ? "category.retire" : "category.use")}</button>
            {empty && <button type="button" class="button" onClick={() => setRemoving(true)}>{say("category.remove")}</button>}
          </div>
        </div>
      )}
      {removing && kind !== null && <Reasoned title={say("category.remove.sure", { name: categoryName(kind, language) })} label={null} action={say("category.remove")} acting={remove} onClose={() => setRemoving(false)} say={say} />}
    </SideSheet>
  );
}
