//! What Descope holds, as we model it: addresses, desired and live objects, and how one becomes the other.
