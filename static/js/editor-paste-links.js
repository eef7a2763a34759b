// Addresses as they were before a service wrapped them or hung marks of its counting on them.

/** Where a redirector leads: its host, the beginning of its path, and the parameter that holds the address. */
const WRAPPERS = [
  [/(?:^|\.)google\.[a-z.]{2,6}$/, /^\/url$/, ["q", "url"]],
  [/^(?:l|lm)\.(?:facebook|instagram|threads|messenger|workplace)\.com$/, /^\//, ["u"]],
  [/^(?:www|m)\.facebook\.com$/, /^\/(?:flx\/warn|l\.php)/, ["u"]],
  [/\.safelinks\.protection\.outlook\.com$/, /^\//, ["url"]],
  [/^(?:t|telegram)\.me$/, /^\/(?:iv|share\/url)$/, ["url"]],
  [/^(?:(?:www|m|away)\.)?vk\.(?:com|ru)$/, /^\/away(?:\.php)?$/, ["to"]],
  [/^(?:www\.|m\.)?ok\.ru$/, /^\/dk$/, ["st.link"]],
  [/^(?:www\.)?linkedin\.com$/, /^\/(?:safety\/go|redir\/redirect)/, ["url"]],
  [/^(?:www\.|m\.)?youtube\.com$/, /^\/redirect$/, ["q"]],
  [/^out\.reddit\.com$/, /^\//, ["url"]],
  [/^(?:www\.)?slack-redir\.net$/, /^\/link$/, ["url"]],
  [/^duckduckgo\.com$/, /^\/l\/$/, ["uddg"]],
  [/^(?:www\.)?urldefense\.com$/, /^\/v2\//, ["u"]],
];
const COUNTING = new RegExp(
  "^(?:utm_\\w+|at_(?:medium|campaign\\w*|link_\\w+|ptr_name|format|bbc_team)|fbclid|gclid|gclsrc|dclid|gbraid|wbraid|msclkid|" +
    "yclid|ysclid|ymclid|_openstat|mc_[ce]id|igsh(?:id)?|twclid|ttclid|li_fat_id|vero_id|_hs(?:enc|mi)|mkt_tok|oly_(?:enc|anon)_id|" +
    "rb_clickid|ref_src|ref_url|srsltid|spm|cmpid|wt_mc|xtor)$",
  "i",
);
const SHARED = /(?:^|\.)(?:youtube\.com|youtu\.be|spotify\.com|instagram\.com)$/; // where “si” says who shared it
const ROUNDS = 5; // wrappers within each other

const parse = (address) => (/^https?:/i.test(address) && URL.canParse(address) ? new URL(address) : null);

/** `address` without wrappers and marks of counting; any other is as it was. */
export function unwrapAddress(address) {
  let plain = address;
  for (let round = 0; round < ROUNDS; round += 1) {
    const inner = innerOf(plain);
    if (!inner) break;
    plain = inner;
  }
  return withoutCounting(plain);
}

function innerOf(address) {
  const url = parse(address);
  if (!url) return null;
  const amp = /(?:^|\.)google\.[a-z.]{2,6}$/.test(url.hostname) && /^\/amp\/(s\/)?(.+)$/.exec(url.pathname);
  if (amp) return `http${amp[1] ? "s" : ""}://${amp[2]}${url.search}`;
  const defended = url.hostname === "urldefense.com" && /\/v3\/__(https?:\/\/.+?)__;/.exec(address);
  if (defended) return defended[1];
  const found = WRAPPERS.find(([host, path]) => host.test(url.hostname) && path.test(url.pathname));
  const inner = found?.[2].map((name) => url.searchParams.get(name)).find(Boolean);
  return inner && parse(inner) ? inner : null;
}

function withoutCounting(address) {
  const url = parse(address);
  if (!url?.search) return address;
  const [, head, query, hash] = /^([^?#]*)\?([^#]*)(.*)$/.exec(address);
  const isKept = (pair) => {
    const name = pair.split("=", 1)[0];
    return !COUNTING.test(name) && !(name === "si" && SHARED.test(url.hostname));
  };
  const kept = query.split("&").filter(isKept).join("&");
  return kept === query ? address : head + (kept && `?${kept}`) + hash;
}
