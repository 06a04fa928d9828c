//! Cisco Secure Web Appliance (WSA), AsyncOS for Web.

use super::{Id, Product};

/// See the module.
pub static PRODUCT: Product = Product {
    id: Id::CiscoWsa,
    name: "Cisco Secure Web Appliance (WSA)",
    also: &["IronPort", "AsyncOS for Web"],
    statuses: "",
    timers: &[],
    checks: &[],
    fixes: &[],
    capture: &[],
};
