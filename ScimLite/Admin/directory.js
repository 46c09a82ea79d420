import { call, of } from '/admin/assets/api.js';
import { dialog, field, h, note, number, table, time } from '/admin/assets/dom.js';
import { activityLog } from '/admin/assets/activity.js';

/** Users or groups with search and paging; one of them with its time line. */
export async function directoryView({ tenant, view, rest }) {
  return rest[0] ? one(tenant, view, rest[0]) : list(tenant, view);
}

async function list(tenant, view) {
  const users = view === 'users';
  const search = h('input', { name: 'text', type: 'search', maxlength: 200 });
  const body = h('div', {});
  let waiting;
  const read = async (cursor) => {
    const parameters = new URLSearchParams({ limit: 50, ...(search.value && { text: search.value }), ...(cursor && { cursor }) });
    const page = await call('GET', of(tenant.id, `/${view}?${parameters}`));
    const link = (item, words) => h('a', { href: `#/${tenant.id}/${view}/${item.id}` }, words);
    body.replaceChildren(
      table(users ? 'Users' : 'Groups', users
        ? [['User', (user) => link(user, user.userName)], ['Name', (user) => user.displayName ?? ''],
          ['State', (user) => h('span', { class: user.active ? 'badge good' : 'badge warn' }, user.active ? 'Active' : 'Disabled')], ['Changed', (user) => time(user.lastModified)]]
        : [['Group', (group) => link(group, group.displayName)], ['Members', (group) => number(group.members), 'number'], ['Changed', (group) => time(group.lastModified)]],
      page.resources, search.value ? 'Nobody matches. The search looks at how names begin.' : users ? 'No user has been provisioned yet.' : 'No group has been provisioned yet.'),
      h('p', { class: 'row' }, h('span', { class: 'quiet' }, `${number(page.total)} in all`),
        page.previous ? h('button', { type: 'button', onclick: () => read(page.previous) }, 'Previous') : null,
        page.next ? h('button', { type: 'button', onclick: () => read(page.next) }, 'Next') : null));
  };
  search.addEventListener('input', () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => read().catch((error) => note(error.message)), 250);
  });
  await read();
  return { content: [h('section', { class: 'card' }, field(users ? 'Search by userName or displayName' : 'Search by displayName', search), body), users ? await deleted(tenant) : null].filter(Boolean) };
}

async function deleted(tenant) {
  const { resources } = await call('GET', of(tenant.id, '/deleted'));
  return resources.length === 0 ? null : h('section', { class: 'card', 'aria-label': 'Deleted' }, h('h2', {}, 'Deleted in the last 30 days'),
    table('Deleted users and groups', [
      ['Name', (item) => item.name], ['Type', (item) => item.resourceType], ['Deleted', (item) => time(item.deletedAt)],
      ['', (item) => h('button', {
        type: 'button',
        onclick: () => dialog(`Restore ${item.name}?`, h('p', {}, 'It comes back under its old id, and in its groups where they still exist.'), 'Restore', async () => {
          await call('POST', of(tenant.id, `/deleted/${item.id}/restore`));
          note(`${item.name} is back`);
          dispatchEvent(new Event('refresh'));
        }),
      }, 'Restore')],
    ], resources, ''));
}

async function one(tenant, view, id) {
  const resource = await call('GET', of(tenant.id, `/${view}/${encodeURIComponent(id)}`));
  const log = activityLog(tenant.id, { resource: id });
  await log.read();
  return {
    leave: log.leave,
    content: [
      h('p', {}, h('a', { href: `#/${tenant.id}/${view}` }, view === 'users' ? '← All users' : '← All groups')),
      h('section', { class: 'card', 'aria-label': 'Resource' }, h('h2', {}, resource.displayName ?? resource.userName ?? id),
        h('details', {}, h('summary', {}, 'As SCIM shows it'), h('pre', { class: 'code scroll' }, JSON.stringify(resource, null, 2)))),
      h('section', { class: 'card', 'aria-label': 'Time line' }, log.element),
    ],
  };
}
