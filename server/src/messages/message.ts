// What is known of a message: its forms, what it means, and what to do about it.

import { collapse, readForm, type Facts, type FactsOf } from './form.ts';

/** The form of a message: one for all releases, or one for each value of the behaviour that decides. */
export type Forms<Behaviour extends string = string> =
  string | { readonly by: Behaviour; readonly forms: Readonly<Record<string, string>> };

/** `fatal`: the boot or a domain ends. `fault`: memory is lost or wrong. `fact`: what a healthy boot prints. */
export type Grade = 'fatal' | 'fault' | 'fact';

export interface Message<Behaviour extends string = string> {
  readonly form: Forms<Behaviour>;
  /** Forms that are only read: of builds and releases that are not predicted. */
  readonly also?: readonly string[];
  readonly grade: Grade;
  /** Set when it says nothing of memory by itself: it is known, and needs no explanation. */
  readonly aside?: true;
  /** Markdown without links; `{name}` stands for a field as the log shows it. */
  readonly cause: string;
  /** What to do; absent when there is nothing to mend. */
  readonly fix?: string;
  /** The rule that finds it in a tree before anything boots. */
  readonly rule?: string;
  /** The part of a prediction it belongs to, a JSON path as `uncertain` names it; absent for what is not compared. */
  readonly part?: string;
  /** The field that holds an address worth looking up in the tree. */
  readonly address?: string;
  /** `frame` when that field counts 4 KiB frames; bytes otherwise. */
  readonly unit?: 'frame';
  /** What it means for certain facts, where one text has several reasons; the first that fits counts. */
  readonly cases?: readonly MessageCase[];
}

/** One of the reasons for which a message is printed. */
export interface MessageCase {
  readonly id: string;
  readonly when: (facts: Facts) => boolean;
  readonly cause: string;
  readonly fix?: string;
  readonly rule?: string;
}

type UnionToIntersection<U> = (U extends unknown ? (value: U) => void : never) extends (
  value: infer I,
) => void
  ? I
  : never;

type FormOf<M extends Message> = M['form'] extends string
  ? M['form']
  : M['form'] extends { readonly forms: infer F }
    ? F[keyof F]
    : never;

/** The facts that a message needs, whichever of its forms is printed. */
export type MessageFacts<M extends Message> = UnionToIntersection<
  FormOf<M> extends infer F ? (F extends string ? FactsOf<F> : never) : never
>;

/** The form that a release prints, by the behaviour that decides. */
export function formOf(message: Message, behaviours: Readonly<Record<string, unknown>>): string {
  const { form } = message;
  return typeof form === 'string' ? form : (form.forms[String(behaviours[form.by])] ?? '');
}

/** Every form in which a message can be read. */
export function formsOf({ form, also = [] }: Message): readonly string[] {
  return [...(typeof form === 'string' ? [form] : Object.values(form.forms)), ...also];
}

/** A message found in a captured text. */
export interface FoundMessage<Id extends string> {
  readonly id: Id;
  readonly message: Message;
  readonly facts: Facts;
  /** The fields as they stand in the text. */
  readonly shown: Readonly<Record<string, string>>;
}

/** Characters that are looked at: the buffers in which Xen and Linux make a line have 1024. */
const LONGEST_LINE = 1536;

/**
 * The messages that a line of a console is made of, mostly one: a line that was left open holds several. `within` also
 * finds one message in a text around it, as people quote it. Empty when nothing is known.
 */
export function findMessages<Id extends string>(
  catalogue: Readonly<Record<Id, Message>>,
  line: string,
  within = false,
): readonly FoundMessage<Id>[] {
  const found: FoundMessage<Id>[] = [];
  let text = collapse(line.slice(0, LONGEST_LINE));
  while (text !== '') {
    const next = findOne(catalogue, text, 'whole');
    if (!next) break;
    found.push(next.found);
    text = next.rest.trimStart();
  }
  if (found.length > 0 || !within || text === '') return found;
  const quoted = findOne(catalogue, text, 'within');
  return quoted ? [quoted.found] : [];
}

function findOne<Id extends string>(
  catalogue: Readonly<Record<Id, Message>>,
  text: string,
  where: 'whole' | 'within',
): { readonly found: FoundMessage<Id>; readonly rest: string } | undefined {
  for (const [id, message] of Object.entries<Message>(catalogue) as [Id, Message][]) {
    if (where === 'within' && message.grade === 'fact') continue;
    for (const form of formsOf(message)) {
      const read = readForm(form, text, where);
      if (read)
        return { found: { id, message, facts: read.facts, shown: read.shown }, rest: read.rest };
    }
  }
  return undefined;
}
