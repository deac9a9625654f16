// The views, in the order of the navigation: the only place that names them. A view's module exports
//
//   show(page) → what ends it, a function, or nothing
//
// page.main is the empty element to fill, page.path what follows the view's name in the address (#/chat/ID → ["ID"]),
// page.go(name, ...path) leads elsewhere. `needs` is the scope without which the view asks to sign in. `hidden` ones
// stand not in the navigation.

export const VIEWS = [
  { name: "chat", title: "Chat", icon: "chat", needs: "chat", load: () => import("./chat.js") },
  { name: "signin", title: "Sign in", hidden: true, load: () => import("./signin.js") },
];
