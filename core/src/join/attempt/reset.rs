//! Who sent the RST that ended an attempt, as far as the packets tell.

use crate::capture::connection::Connection;
use crate::exchange::{Attempt, ConnectFailure, ReceiveFailure, SecureFailure, WaitFailure};
use crate::report::ResetBy;

/// Who sent the RST that ended an attempt, as far as the packets tell.
pub(super) fn reset_sender(connection: &Connection, attempt: &mut Attempt) {
    let by_reset = attempt.connect.failure() == Some(&ConnectFailure::Reset)
        || attempt.secure.failure() == Some(&SecureFailure::Reset)
        || attempt.wait.failure() == Some(&WaitFailure::Reset)
        || attempt.receive.failure() == Some(&ReceiveFailure::Reset);
    if !by_reset {
        return;
    }
    let server = &connection.server_end;
    let Some(reset) = server.rst else { return };
    let other_distance = server.ttl.is_some_and(|ttl| ttl.abs_diff(reset.ttl) > 2);
    let same_distance = server.ttl.is_some_and(|ttl| ttl.abs_diff(reset.ttl) <= 1);
    let data_after = server.data_after_rst;
    let round_trip = connection.handshake_time();
    let cause = connection.client_end.last_data.map(|data| data.time);
    let too_fast = match (round_trip, cause) {
        (Some(round_trip), Some(cause)) if round_trip.0 > 2_000_000 => {
            let after = reset.source.time.since(cause).0;
            after >= 0 && after * 2 < round_trip.0
        }
        _ => false,
    };
    // One sign may be chance; two that agree are not.
    let signs = u8::from(other_distance) + u8::from(data_after) + u8::from(too_fast);
    attempt.reset_by = Some(match signs {
        2.. => ResetBy::DeviceOnPath,
        0 if same_distance && connection.syn_ack.is_some() => ResetBy::UpstreamHost,
        _ => ResetBy::Unknown,
    });
}
