@testable import Delivery
