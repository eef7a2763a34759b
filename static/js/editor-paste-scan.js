// Reading through what was pasted in one go, however it is made: a pattern that looks for an end from each beginning anew
// would stop the window for minutes over a page without ends.

/** `text` with what stands from each `opening` to its `closing`, both global patterns, replaced by what `take` makes of it. */
export function cutOut(text, opening, closing, take = () => "") {
  const parts = [];
  let end = 0;
  opening.lastIndex = 0;
  for (let found; (found = opening.exec(text)); ) {
    closing.lastIndex = opening.lastIndex;
    const last = closing.exec(text);
    if (!last) break; // nor does any that follows have an end
    parts.push(text.slice(end, found.index), take(text.slice(opening.lastIndex, last.index)));
    end = closing.lastIndex;
    opening.lastIndex = end;
  }
  return parts.join("") + text.slice(end);
}

/** The rules of a style sheet that stand in no other: what each is about, and what it says. */
export function plainRules(css) {
  const rules = [];
  let depth = 0;
  let start = 0;
  let open = 0;
  let holdsOthers = false;
  for (const { 0: brace, index } of css.matchAll(/[{}]/g)) {
    if (brace === "{") {
      if (depth === 0) [open, holdsOthers] = [index, false];
      else holdsOthers = true;
      depth += 1;
    } else if (depth > 0) {
      depth -= 1;
      if (depth > 0) continue;
      const head = css.slice(start, open);
      if (!holdsOthers) rules.push([head.slice(head.lastIndexOf(";") + 1), css.slice(open + 1, index)]);
      start = index + 1;
    }
  }
  return rules;
}

/** `text` without the `signs` at its end. */
export function withoutEnd(text, signs) {
  let end = text.length;
  while (end && signs.includes(text[end - 1])) end -= 1;
  return text.slice(0, end);
}
