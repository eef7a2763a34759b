// The tables of newsroom/tests/cases/, by which rules that stand in Python and in a script are tested in both.
import { readFileSync } from "node:fs";

/** The table `name`, as newsroom/tests/test_twins.py reads it too. */
export const cases = (name) => JSON.parse(readFileSync(new URL(`../cases/${name}.json`, import.meta.url)));
