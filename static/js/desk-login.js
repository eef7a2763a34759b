// What the desk's lists share when they ask the server: a session that ended is called so, and leads to a log-in in a new
// tab, so that what is typed stays where it is.

/** The session ended, or somebody else's began; `reason` is the server's word for it. */
export class LoggedOut extends Error {
  constructor(reason = "logged-out", words = reason) {
    super(words);
    this.reason = reason;
  }
}
/** No answer, or a 5xx. */
export class Away extends Error {
  constructor(reason = "away") {
    super(reason);
    this.reason = reason;
  }
}

/** The server's answer to `url`; LoggedOut, or Away with anything else that is none. */
export async function ask(url, options = {}) {
  let response;
  try {
    response = await fetch(url, { credentials: "same-origin", redirect: "manual", ...options });
  } catch (error) {
    throw error.name === "AbortError" ? error : new Away();
  }
  if (response.type === "opaqueredirect" || response.status === 401) throw new LoggedOut();
  if (!response.ok) throw new Away();
  return response;
}

/** What stands in templates/admin/_logged_out.html: words, and a way to log in. */
const loggedOut = () => document.getElementById("logged-out")?.content.cloneNode(true);

/** Say in `place` what came of asking: that one is logged out, or else `trouble`. */
export function tell(place, error, trouble) {
  const said = error instanceof LoggedOut && loggedOut();
  if (said) place.replaceChildren(said);
  else place.textContent = trouble;
}
