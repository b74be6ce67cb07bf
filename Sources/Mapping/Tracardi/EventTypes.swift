/// The receiver's built-in event types with the properties that it copies to its own fields, as its 1.0 sets them up.
/// Properties beyond these are stored and found nowhere; a value of another kind than its field takes makes the
/// receiver's store refuse the event, while the receiver still answers that all is well.
///
/// Any type that is not here is a custom one: its properties are free.
enum EventTypes {
  /// The type by its name.
  static func named(_ name: String) -> EventType? { byName[stored(name)] }

  /// A name as the receiver stores it: lower-case, blanks as `-`.
  static func stored(_ name: String) -> String { name.lowercased().replacing(" ", with: "-") }

  static let all: [EventType] = [
    // Data
    EventType(
      "consent-update", other: ["consents.marketing.revoke", "consents.contact.revoke", "consents.cookies.revoke"]),
    EventType(
      "profile-update",
      text: [
        "pii.firstname", "pii.lastname", "pii.display_name", "pii.language.native", "pii.gender", "pii.education.level",
        "pii.civil.status", "pii.attributes.height", "pii.attributes.weight", "pii.attributes.shoe_number",
        "identifier.id", "identifier.token", "identifier.passport", "identifier.credit_card", "identifier.badge",
        "contact.email.main", "contact.email.private", "contact.email.business", "contact.phone.main",
        "contact.phone.business", "contact.phone.mobile", "contact.phone.whatsapp", "contact.app.whatsapp",
        "contact.app.discord", "contact.app.slack", "contact.app.twitter", "contact.app.telegram", "contact.app.wechat",
        "contact.app.viber", "contact.app.signal", "contact.address.town", "contact.address.county",
        "contact.address.country", "contact.address.postcode", "contact.address.street", "contact.address.other",
        "media.image", "media.webpage", "media.social.twitter", "media.social.facebook", "media.social.youtube",
        "media.social.instagram", "media.social.tiktok", "media.social.linkedin", "media.social.reddit", "job.position",
        "job.salary", "job.type", "job.company.name", "job.company.size", "job.company.segment", "job.company.country",
        "job.department", "loyalty.card.id", "loyalty.card.name", "loyalty.card.issuer", "loyalty.card.points",
      ], dates: ["pii.birthday", "loyalty.card.expires"],
      lists: [
        "pii.language.spoken", "identifier.coupons", "preferences.purchases", "preferences.colors", "preferences.sizes",
        "preferences.devices", "preferences.channels", "preferences.payments", "preferences.brands",
        "preferences.fragrances", "preferences.services", "preferences.other", "loyalty.codes",
      ]),
    EventType("profile-traits-update", isOpen: true),
    // Dispatch
    EventType("order-waiting-for-dispatch", text: ["id", "status"]),
    EventType("order-dispatched", text: ["id", "status"]),
    EventType("order-dispatch-in-transit", text: ["id", "status"]),
    EventType("order-awaiting-pickup", text: ["id", "status"]),
    EventType("order-delivered", text: ["id", "status"]),
    // Ecommerce
    EventType(
      "product-clicked", text: ["id", "name", "sku", "category", "brand"], numbers: ["price", "quantity", "position"],
      other: ["variant.name", "variant.color", "variant.size", "url.image", "url.page"]),
    EventType(
      "product-details-page-view", text: ["id", "name", "sku", "category", "brand"], numbers: ["price"],
      other: ["variant.name", "variant.color", "variant.size", "url.image", "url.page"]),
    EventType("basket-viewed", other: ["id"]),
    EventType(
      "product-added-to-basket", text: ["id", "name", "sku", "category", "brand"], numbers: ["price", "quantity"],
      other: ["variant.name", "variant.color", "variant.size", "url.image", "url.page"]),
    EventType(
      "product-removed-from-basket", text: ["id", "name", "sku", "category", "brand"], numbers: ["price", "quantity"],
      other: ["variant.name", "variant.color", "variant.size", "url.image", "url.page"]),
    EventType("checkout-started", text: ["id", "order_id", "currency"], numbers: ["value"], other: ["coupon"]),
    EventType("checkout-completed", text: ["id"], numbers: ["value"]),
    EventType("checkout-status", text: ["id", "status"]),
    EventType(
      "delivery-info-entered",
      text: ["delivery.town", "delivery.county", "delivery.country", "delivery.postcode", "delivery.street"],
      other: ["order_id"]),
    EventType(
      "payment-info-entered", text: ["method", "credit_card.number", "credit_card.holder"],
      dates: ["credit_card.expires"], other: ["order_id", "credit_card.cvv"]),
    EventType(
      "order-started", text: ["id", "income.currency", "cost.currency"], numbers: ["income.value", "cost.value"],
      dates: ["income.due_date", "cost.due_date"], lists: ["products"], other: ["affiliation"]),
    EventType("order-completed", text: ["id", "status"]),
    EventType("order-status-change", text: ["id"], other: ["status"]),
    EventType("product-shared", text: ["id", "media"]),
    EventType("product-reviewed", text: ["id", "review"], numbers: ["rate"]),
    EventType("product-returned", text: ["id"]),
    EventType("sale-completed", text: ["order_id", "currency"], numbers: ["value"], dates: ["due_date"]),
    // Finance
    EventType(
      "account-payable", text: ["order_id", "payment.currency"], numbers: ["payment.value"],
      dates: ["payment.due_date"], other: ["ledger_id", "payable_id", "product_id", "company_id", "description"]),
    EventType(
      "account-receivable", text: ["order_id", "payment.currency"], numbers: ["payment.value"],
      dates: ["payment.due_date"], other: ["ledger_id", "receivable_id", "product_id", "company_id", "description"]),
    EventType(
      "payment-sent", text: ["order_id", "payment.currency"], numbers: ["payment.value"], dates: ["payment.due_date"],
      other: ["ledger_id", "payable_id", "payment_id", "product_id", "company_id", "description"]),
    EventType(
      "payment-received", text: ["order_id", "payment.currency"], numbers: ["payment.value"],
      dates: ["payment.due_date"],
      other: ["ledger_id", "payment_id", "receivable_id", "product_id", "company_id", "description"]),
    EventType(
      "payable-overdue", text: ["order_id", "payment.currency"], numbers: ["payment.value"],
      dates: ["payment.due_date"], other: ["ledger_id", "payable_id", "product_id", "company_id", "description"]),
    EventType(
      "receivable-overdue", text: ["order_id", "payment.currency"], numbers: ["payment.value"],
      dates: ["payment.due_date"], other: ["ledger_id", "receivable_id", "product_id", "company_id", "description"]),
    // Identity
    EventType(
      "sign-in",
      text: [
        "email.main", "email.private", "email.business", "phone.main", "phone.mobile", "phone.whatsapp",
        "phone.business", "pk", "login",
      ]),
    EventType(
      "sign-up", text: ["email.main", "email.private", "email.business", "login", "firstname", "lastname"],
      other: ["custom"]),
    EventType("account-deleted", other: ["email", "login"]),
    EventType(
      "identification",
      text: [
        "phone.main", "phone.mobile", "phone.whatsapp", "phone.business", "email.main", "email.private",
        "email.business", "id", "firstname", "lastname", "pk", "passport", "login", "credit_card", "badge", "twitter",
        "whatsapp", "discord", "slack", "telegram", "wechat", "viber", "signal",
      ], other: ["token", "coupon"]),
    // Interests
    EventType("increase-interest", other: ["interest", "value"]),
    EventType("decrease-interest", other: ["interest", "value"]),
    EventType("reset-interest", other: ["interest", "value"]),
    // Internal
    EventType("session-opened"),
    EventType("visit-started"),
    EventType("visit-ended"),
    EventType("profile-created"),
    EventType("profile-inactive", other: ["reason"]),
    EventType("profile-archived"),
    // Loyalty
    EventType("loyalty-card-added", text: ["id", "name", "issuer"], dates: ["expires"]),
    EventType("loyalty-card-removed", text: ["id"]),
    // Marketing
    EventType("promotion-viewed", text: ["id", "name"], other: ["media.text", "media.image"]),
    EventType("promotion-clicked", text: ["id", "name"], other: ["url.image", "url.page"]),
    // Messaging
    EventType(
      "messaging-started",
      text: [
        "conversation", "type", "sender", "recipient", "identity.phone.main", "identity.phone.mobile",
        "identity.phone.whatsapp", "identity.phone.business", "identity.email.main", "identity.email.private",
        "identity.email.business",
      ]),
    EventType(
      "message-sent",
      text: [
        "id", "conversation", "type", "message", "sender", "recipient", "identity.phone.main", "identity.phone.mobile",
        "identity.phone.whatsapp", "identity.phone.business", "identity.email.main", "identity.email.private",
        "identity.email.business",
      ]),
    EventType(
      "message-status", text: ["id", "conversation", "type", "status", "error.reason"], other: ["error.message"]),
    EventType(
      "message-received",
      text: [
        "id", "conversation", "type", "message", "sender", "recipient", "identity.phone.main", "identity.phone.mobile",
        "identity.phone.whatsapp", "identity.phone.business", "identity.email.main", "identity.email.private",
        "identity.email.business",
      ]),
    EventType(
      "message-opened",
      text: [
        "id", "conversation", "type", "message", "sender", "recipient", "identity.phone.main", "identity.phone.mobile",
        "identity.phone.whatsapp", "identity.phone.business", "identity.email.main", "identity.email.private",
        "identity.email.business",
      ]),
    EventType(
      "messaging-ended",
      text: [
        "conversation", "type", "message", "sender", "recipient", "identity.phone.main", "identity.phone.mobile",
        "identity.phone.whatsapp", "identity.phone.business", "identity.email.main", "identity.email.private",
        "identity.email.business",
      ]),
    // Preferences
    EventType("add-color-preference", text: ["color"]),
    EventType("add-size-preference", text: ["size"]),
    EventType("add-brand-preference", text: ["brand"]),
    EventType("add-channel-preference", text: ["channel"]),
    EventType("add-payment-preference", text: ["payment"]),
    // Satisfaction
    EventType("rating", text: ["state"], numbers: ["rate"], other: ["id", "review"]),
    // Traffic
    EventType("product-search-result", text: ["query"], lists: ["filters", "sorting", "products"], other: ["type"]),
    EventType("search", text: ["category", "query"]),
    EventType("page-view", text: ["id", "category"]),
    EventType("page-print", text: ["category"]),
    EventType("screen-view", text: ["name", "category"]),
    EventType("location", lists: ["location"]),
  ]

  private static let byName = Dictionary(all.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
}

/// A built-in event type of the receiver.
struct EventType: Sendable {
  /// What the receiver does with a property.
  enum Kind: Sendable {
    /// Copied to a field of words; lists of text are fine there, an object is not.
    case text
    /// Copied to a field of numbers.
    case number
    /// Copied to a field of dates: RFC 3339 text, or milliseconds since 1970.
    case date
    /// A list; what is in it is not looked at.
    case list
    /// Known, and only stored.
    case other
  }

  let name: String
  let properties: [String: Kind]
  /// Whether it takes any property.
  let isOpen: Bool

  init(
    _ name: String, text: [String] = [], numbers: [String] = [], dates: [String] = [], lists: [String] = [],
    other: [String] = [], isOpen: Bool = false
  ) {
    self.name = name
    self.isOpen = isOpen
    var properties: [String: Kind] = [:]
    for (names, kind) in [(text, Kind.text), (numbers, .number), (dates, .date), (lists, .list), (other, .other)] {
      for name in names { properties[name] = kind }
    }
    self.properties = properties
  }
}
