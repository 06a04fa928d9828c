//! The recorded cases: through Squid by the phase in which they fail, then through the other gateways.

mod connect;
mod crowd;
mod dns;
mod each;
mod gateway;
mod h2;
mod healthy;
mod response;
mod rough;
mod shapes;
mod sides;
mod tls;
mod tls_healthy;
mod tls_inside;
mod tls_refused;
mod wire;

use super::recipe::Recipe;

/// All recorded cases.
pub fn all() -> Vec<Recipe> {
    [
        dns::all(),
        connect::all(),
        each::all(),
        response::all(),
        gateway::all(),
        healthy::all(),
        tls::all(),
        tls_refused::all(),
        tls_inside::all(),
        tls_healthy::all(),
        h2::all(),
        wire::all(),
        rough::all(),
        shapes::all(),
        sides::all(),
        crowd::all(),
    ]
    .concat()
}
