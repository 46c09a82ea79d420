// The session's anti-forgery value: a page of another site can't read it, so it can't send it.
let session = null;

/** An answer of the admin API that is no success; the message is for people. */
export class ApiError extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/** Who is signed in: {signedIn, kind: 'administrator' | 'setup', tenant, antiForgery, openIdConnect, tenantUrl}. */
export async function readSession() {
  session = await call('GET', '/admin/session');
  return session;
}

/** Signs in with the admin key, or with the secret of a set-up link. */
export async function signIn(secret) {
  session = await call('POST', '/admin/session', secret);
  return session;
}

/** Ends the session. */
export async function signOut() {
  await call('DELETE', '/admin/session');
  session = null;
}

/** Calls the admin API. */
export async function call(method, path, body) {
  let response;
  try {
    response = await fetch(path, {
      method,
      headers: { Accept: 'application/json', ...(body && { 'Content-Type': 'application/json' }), ...(session?.antiForgery && { 'X-Anti-Forgery': session.antiForgery }) },
      body: body && JSON.stringify(body),
      credentials: 'same-origin',
      cache: 'no-store',
    });
  } catch {
    throw new ApiError(0, 'ScimLite can’t be reached. Check the connection and try again.');
  }
  if (response.status === 204) {
    return null;
  }
  const isJson = response.headers.get('Content-Type')?.includes('json');
  const answer = isJson ? await response.json() : null;
  if (!response.ok) {
    if (response.status === 401 && session?.signedIn) {
      dispatchEvent(new Event('signedout'));
    }
    throw new ApiError(response.status, answer?.detail ?? answer?.title ?? `The request was refused with status ${response.status}.`);
  }
  return answer;
}

/** The admin API of one tenant. */
export const of = (tenant, rest = '') => `/admin/api/tenants/${encodeURIComponent(tenant)}${rest}`;
