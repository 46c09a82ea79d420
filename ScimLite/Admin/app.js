import { ApiError, call, readSession, signIn, signOut } from '/admin/assets/api.js';
import { field, h } from '/admin/assets/dom.js';
import { tenantList } from '/admin/assets/tenants.js';
import { tenantPage } from '/admin/assets/tenant.js';

const main = document.getElementById('main');
const crumbs = document.getElementById('crumbs');
const who = document.getElementById('who');
let session;
// What the view shown before left running: a live log, a timer.
let leave = () => {};

async function start() {
  // The secret of a set-up link stands behind the #, which no server and no log ever sees; it is gone from the address at once.
  const link = /^#setup=([\w-]+)$/.exec(location.hash);
  try {
    if (link) {
      history.replaceState(null, '', '/admin');
      session = await signIn({ setup: link[1] });
    } else {
      session = await readSession();
      if (location.hash === '#refused') {
        history.replaceState(null, '', '/admin');
        showSignIn('The identity provider did not let you in, or your account is in no group or role that may administer ScimLite.');
        return;
      }
    }
  } catch (error) {
    session = { signedIn: false };
    (link ? showEnded : showSignIn)(error.message);
    return;
  }
  await show();
}

async function show() {
  leave();
  leave = () => {};
  if (!session.signedIn) {
    showSignIn();
    return;
  }
  who.replaceChildren(h('button', {
    type: 'button',
    onclick: async () => {
      const { kind } = session;
      await signOut();
      session = await readSession();
      await (kind === 'setup' ? showEnded('You are signed out. Open the set-up link again to come back.') : show());
    },
  }, 'Sign out'));
  const [, tenant, view, ...rest] = location.hash.slice(1).split('/').map(decodeURIComponent);
  const shown = session.kind === 'setup' ? session.tenant : tenant;
  try {
    const page = shown ? await tenantPage(session, shown, view || 'connect', rest) : await tenantList();
    leave = page.leave ?? leave;
    document.title = `${page.title} · ScimLite`;
    crumbs.replaceChildren(...(shown && session.kind !== 'setup' ? [h('a', { href: '#/' }, 'Tenants'), ' / ', page.title] : []));
    main.replaceChildren(...page.content);
  } catch (error) {
    if (!(error instanceof ApiError)) {
      throw error;
    }
    main.replaceChildren(h('div', { class: 'card' }, h('h1', {}, error.status === 404 ? 'Not found' : 'That did not work'), h('p', { role: 'alert' }, error.message),
      h('p', { class: 'row' }, h('button', { type: 'button', onclick: show }, 'Try again'), h('a', { href: '#/' }, 'All tenants'))));
  }
}

// For a customer's administrator, who has no admin key to be asked for.
function showEnded(reason) {
  clear('Set-up link');
  main.replaceChildren(h('div', { class: 'card narrow' }, h('h1', {}, 'Set-up link'), h('p', { class: 'alert', role: 'alert' }, reason),
    h('p', { class: 'quiet small' }, 'Whoever sent you the link can make another one. What was set up with it goes on working.')));
}

function clear(title) {
  leave();
  leave = () => {};
  who.replaceChildren();
  crumbs.replaceChildren();
  document.title = `${title} · ScimLite`;
}

function showSignIn(problem) {
  clear('Sign in');
  const alert = h('div', { role: 'alert' }, problem ? h('p', { class: 'alert bad' }, problem) : null);
  const key = h('input', { name: 'key', type: 'password', autocomplete: 'current-password', required: true });
  const form = h('form', {
    onsubmit: async (event) => {
      event.preventDefault();
      try {
        session = await signIn({ key: key.value });
        await show();
      } catch (error) {
        alert.replaceChildren(h('p', { class: 'alert bad' }, error.message));
        key.select();
      }
    },
  }, field('Admin key', key, 'The value of ScimLite:AdminKey. In Development it is printed at start.'), h('button', { type: 'submit', class: 'first' }, 'Sign in'));
  main.replaceChildren(h('div', { class: 'card narrow' }, h('h1', {}, 'Sign in'), alert,
    session.openIdConnect ? [h('p', {}, h('a', { class: 'button', href: '/admin/sign-in' }, 'Sign in with Microsoft Entra')), h('p', { class: 'quiet small' }, 'or with the admin key:')] : null, form));
  key.focus();
}

// Its # leads to a place on this page, and not to a view.
document.querySelector('.skip').addEventListener('click', (event) => {
  event.preventDefault();
  main.focus();
});
addEventListener('hashchange', async () => {
  if (/^#setup=/.test(location.hash)) {
    await start();
    return;
  }
  await show();
  main.focus({ preventScroll: true });
  scrollTo(0, 0);
});
addEventListener('refresh', async () => {
  await show();
  main.focus({ preventScroll: true });
});
addEventListener('signedout', async () => {
  const { kind } = session;
  session = await readSession();
  await (kind === 'setup' ? showEnded('This set-up link is no longer valid: it has expired or was revoked. Ask for a new one.') : show());
});

await start();
