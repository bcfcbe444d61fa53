//! The license of the company.

use serde::Deserialize;

use crate::api::{Client, Error, LICENSE, Request};

/// The license tier of the company, and the server's time as its answer says it (Basics, headers).
pub async fn license(client: &Client) -> Result<(String, Option<String>), Error> {
    #[derive(Default, Deserialize)]
    #[serde(rename_all = "camelCase", default)]
    struct License {
        rate_limit_tier: String,
    }
    let answer = client.send(&Request::read(LICENSE)).await?;
    let tier = answer.json::<License>()?.rate_limit_tier;
    Ok((tier, answer.date))
}
